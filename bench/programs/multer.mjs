// multer as its manual shows it for large files: to disk. With a third argument "hashed"
// by an engine of its own kind, which also computes the SHA-256 on the way.
// The benchmark takes the files away.
import crypto from 'node:crypto';
import fs from 'node:fs';
import express from 'express';
import multer from 'multer';

const [port, folder, way] = process.argv.slice(2);
const app = express();
const hashed = {
  _handleFile(_, { stream }, done) {
    const path = `${folder}/${crypto.randomUUID()}`;
    const hash = crypto.createHash('sha256');
    const target = fs.createWriteStream(path);
    stream.on('data', (chunk) => hash.update(chunk));
    stream.pipe(target).on('error', done).on('finish', () => {
      done(null, { path, size: target.bytesWritten, sha256: hash.digest('hex') });
    });
  },
  _removeFile(_, { path }, done) {
    fs.unlink(path, done);
  },
};
const plain = multer.diskStorage({ destination: folder });
const storage = way === 'hashed' ? hashed : plain;
app.post('/upload', multer({ storage }).single('file'), (request, response) => {
  response.send(String(request.file.size));
});
app.listen(Number(port), '127.0.0.1');
