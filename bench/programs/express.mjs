// The upload service one would write with express, multer and sharp: a photograph in,
// its hash, its ladder and itself on disk, a signed answer out. And a call that gives a
// signed address, with nothing behind it.
import crypto from 'node:crypto';
import fs from 'node:fs/promises';
import express from 'express';
import multer from 'multer';
import { WAYS, readPlan } from './ladder.mjs';

const [port, folder, way, ...plans] = process.argv.slice(2);
const known = Object.fromEntries(plans.map((path) => {
  const plan = readPlan(path);
  return [`${plan.width}x${plan.height}`, plan];
}));
const { default: sharp } = await import('sharp');
const app = express();
const upload = multer({ storage: multer.memoryStorage() });
const sign = (text) => crypto.createHmac('sha256', 'secret').update(text).digest('hex');

app.post('/upload', upload.single('photo'), async (request, response) => {
  const data = request.file.buffer;
  const { width, height } = await sharp(data).metadata();
  const plan = known[`${width}x${height}`];
  const id = crypto.createHash('sha256').update(data).digest('hex');
  const made = await WAYS[way](data, plan);
  const name = crypto.randomUUID();
  await Promise.all(made.map((one, index) =>
    fs.writeFile(`${folder}/${name}-${plan.steps[index].letter}.jpg`, one)));
  const photo = JSON.stringify({ id, name, sizes: made.map((one) => one.length) });
  response.json({ server: 1, photo, hash: sign(photo) });
});

app.post('/address', express.urlencoded({ extended: false }), (request, response) => {
  const { owner_id: owner = '1', access_token: token } = request.body;
  if (!token) return response.status(401).end();
  const ticket = `${owner}.${Date.now() + 86_400_000}.${crypto.randomBytes(8).toString('hex')}`;
  return response.json({ response: { upload_url: `/upload?t=${ticket}.${sign(ticket)}` } });
});

app.listen(Number(port), '127.0.0.1');
