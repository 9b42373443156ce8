// multer as its manual shows it for large files: to disk.
import express from 'express';
import multer from 'multer';

const [port, folder] = process.argv.slice(2);
const app = express();
const storage = multer.diskStorage({ destination: folder, filename: (_, __, to) => to(null, 'file') });
app.post('/upload', multer({ storage }).single('file'), (request, response) => {
  response.send(String(request.file.size));
});
app.listen(Number(port), '127.0.0.1');
