// sharp: "recipe" is what its manual shows, clone() for each size; "cascade" is what a
// patient author could do: decode once, scale each size from a larger one, all in raw
// pixels; "tuned" is the same without the Huffman optimisation that is on by default.
import fs from 'node:fs';
import sharp from 'sharp';

const box = ([left, top, width, height]) => ({ left, top, width, height });
const exact = ([width, height]) => [width, height, { fit: 'fill' }];

export function readPlan(path) {
  const [head, ...lines] = fs.readFileSync(path, 'utf8').trim().split('\n');
  const [width, height] = head.split(' ').map(Number);
  const steps = lines.map((line) => {
    const [letter, ...rest] = line.split(' ');
    const [parent, ...n] = rest.map(Number);
    const [region, crop, size] = [n.slice(0, 4), n.slice(4, 8), n.slice(8)];
    return { letter, parent, region, crop, size };
  });
  return { width, height, steps };
}

export async function recipe(data, plan) {
  const photo = sharp(data).autoOrient();
  const whole = String([0, 0, plan.width, plan.height]);
  return Promise.all(plan.steps.map(({ crop, size }) => {
    const part = String(crop) === whole ? photo.clone() : photo.clone().extract(box(crop));
    return part.resize(...exact(size)).jpeg({ quality: 85 }).toBuffer();
  }));
}

export async function cascade(data, plan, options = {}) {
  const pixels = [];
  const made = [];
  for (const { parent, region, size } of plan.steps) {
    const from = pixels[parent];
    const { width, height } = from ? from.info : plan;
    let part = from ? sharp(from.data, { raw: from.info }) : sharp(data).autoOrient();
    if (String(region) !== String([0, 0, width, height])) part = part.extract(box(region));
    const raw = await part.resize(...exact(size)).raw().toBuffer({ resolveWithObject: true });
    pixels.push(raw);
    const jpeg = sharp(raw.data, { raw: raw.info }).jpeg({ quality: 85, ...options });
    made.push(await jpeg.toBuffer());
  }
  return made;
}

export const tuned = (data, plan) => cascade(data, plan, { optimiseCoding: false });

export const WAYS = { recipe, cascade, tuned };
