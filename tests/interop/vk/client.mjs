// Every upload call of vk-io, unmodified, against the server named on the command line.
import { createReadStream, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { VK } from 'vk-io';

const { api, user, group, album, files, mode } = JSON.parse(process.argv[2]);
const make = (token) =>
  new VK({ token, apiBaseUrl: api, agent: new Agent(), apiMode: mode, apiLimit: 100 });
const u = make(user).upload;
const g = make(group).upload;
const from = (name) => ({ source: { value: files[name] } });
const many = { source: { values: [{ value: files.A }, { value: readFileSync(files.L) }] } };
const named = (name, filename) => ({ source: { value: files[name], filename } });

const calls = {
  photoAlbum: () => u.photoAlbum({ album_id: album, ...many }),
  wallPhoto: () => u.wallPhoto({ group_id: 7, ...from('A') }),
  wallPhotoBuffer: () => u.wallPhoto({ source: { value: readFileSync(files.A) } }),
  wallPhotoStream: () => u.wallPhoto({ source: { value: createReadStream(files.A) } }),
  ownerPhoto: () => u.ownerPhoto(from('P')),
  messagePhoto: () => g.messagePhoto({ peer_id: 5, ...from('A') }),
  chatPhoto: () =>
    u.chatPhoto({ chat_id: 1, crop_x: 0, crop_y: 0, crop_width: 200, ...from('A') }),
  marketPhoto: () => u.marketPhoto({ group_id: 7, main_photo: 1, ...from('P') }),
  marketAlbumPhoto: () => u.marketAlbumPhoto({ group_id: 7, ...from('L') }),
  audio: () => u.audio({ artist: 'a', title: 't', ...from('M') }),
  video: () => u.video({ name: 'n', ...from('V') }),
  videoLink: () => u.video({ name: 'n', link: 'https://example.com/v' }),
  document: () => u.document(named('X', 'привет.txt')),
  wallDocument: () => u.wallDocument({ group_id: 7, ...named('X', 'a.txt') }),
  messageDocument: () => g.messageDocument({ peer_id: 5, ...named('X', 'a.txt') }),
  audioMessage: () => g.audioMessage({ peer_id: 5, ...from('O') }),
  documentGraffiti: () => u.documentGraffiti(from('T')),
  messageGraffiti: () => g.messageGraffiti({ peer_id: 5, ...from('T') }),
  groupCover: () =>
    g.groupCover({ group_id: 7, crop_x: 0, crop_y: 0, crop_x2: 1590, crop_y2: 530, ...from('P') }),
  storiesPhoto: () => u.storiesPhoto({ add_to_news: 1, ...from('A') }),
  storiesVideo: () => u.storiesVideo({ add_to_news: 1, ...from('V') }),
  pollPhoto: () => u.pollPhoto(from('P')),
  refused: () => u.wallPhoto(from('X')),
};

const seen = {};
for (const [name, call] of Object.entries(calls)) {
  try {
    const made = await call();
    seen[name] = Array.isArray(made) ? made.map(String) : String(made);
  } catch (error) {
    seen[name] = { code: error.code, message: error.message };
  }
}
console.log(JSON.stringify(seen));
process.exit(0);
