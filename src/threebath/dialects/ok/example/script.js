"use strict";
// The flow of OK's own example: an address, a form of files, a commit; each call signed here.
const $ = (id) => document.getElementById(id);
const { api, key, session, secret } = $("example").dataset;
let address = "";

// MD5, RFC 1321: what OK signs with, and what browsers no longer have.
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32));
const TURNS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

function md5(text) {
  const raw = new TextEncoder().encode(text);
  const padded = new Uint8Array(((raw.length + 8) >> 6) * 64 + 64);
  padded.set(raw);
  padded[raw.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (raw.length * 8) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(raw.length / 2 ** 29), true);
  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let start = 0; start < padded.length; start += 64) addBlock(state, view, start);
  const bytes = new Uint8Array(state.buffer);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function addBlock(state, view, start) {
  let [a, b, c, d] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round];
    const word = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] % 16;
    const sum = (a + mixed + SINES[i] + view.getInt32(start + 4 * word, true)) | 0;
    const turn = TURNS[round][i % 4];
    [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
  }
  state.set([state[0] + a, state[1] + b, state[2] + c, state[3] + d]);
}

function note(what, said) {
  $("wire").textContent += `${what}\n  ${JSON.stringify(said)}\n\n`;
}

function read(what, text) {
  const said = JSON.parse(text);
  note(what, said);
  if (said && said.error_msg) throw new Error(said.error_msg);
  return said;
}

async function call(method, asked) {
  const params = { ...asked, method, application_key: key, session_key: session, format: "JSON" };
  const names = Object.keys(params).sort();
  const text = names.map((name) => `${name}=${params[name]}`).join("");
  const body = new URLSearchParams({ ...params, sig: md5(text + secret) });
  const answer = await fetch(`${api}fb.do`, { method: "POST", body });
  return read(method, await answer.text());
}

function upload(form) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.onprogress = (event) => { $("progress").value = event.loaded / event.total; };
    request.onerror = () => reject(new Error("the connection was lost"));
    request.onload = () => {
      try { resolve(read("upload", request.responseText)); } catch (error) { reject(error); }
    };
    request.send(new FormData(form));
  });
}

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

function field(number) {
  const label = element("label", `pic${number}`);
  const input = element("input", "", { type: "file", name: `pic${number}` });
  input.addEventListener("change", () => show(label, input));
  label.append(input);
  const item = element("li");
  item.append(label);
  return item;
}

function show(label, input) {
  label.querySelectorAll("img, b").forEach((one) => one.remove());
  const [file] = input.files;
  label.classList.toggle("full", Boolean(file));
  if (!file) return;
  if (file.type.startsWith("image/")) {
    const source = URL.createObjectURL(file);
    const image = element("img", "", { alt: "" });
    image.addEventListener("load", () => URL.revokeObjectURL(source));
    image.addEventListener("error", () => image.remove());
    image.src = source;
    label.append(image);
  }
  label.append(element("b", file.name));
}

function say(id, text, bad = false) {
  $(id).textContent = text;
  $(id).classList.toggle("bad", bad);
}

async function working(form, id, work) {
  const buttons = document.querySelectorAll("button");
  buttons.forEach((one) => { one.disabled = true; });
  try {
    await work(form);
  } catch (error) {
    $("progress").hidden = true;
    say(id, error.message, true);
  } finally {
    buttons.forEach((one) => { one.disabled = false; });
  }
}

async function draw() {
  const count = $("quantity").value;
  $("send").hidden = $("done").hidden = true;
  say("issued", "");
  const issued = await call("photosV2.getUploadUrl", { count });
  address = issued.upload_url;
  $("fields").replaceChildren(...issued.photo_ids.map((_, index) => field(index + 1)));
  say("issued", `An address for ${issued.photo_ids.length}, good until `
    + `${new Date(issued.expires_ms).toLocaleString()}.`);
  say("sent", "");
  $("send").hidden = false;
}

async function send(form) {
  $("done").hidden = true;
  $("progress").value = 0;
  $("progress").hidden = false;
  say("sent", "");
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const { photos } = await upload(form);
  const found = Object.entries(photos).map(([photo_id, { token }]) => ({ photo_id, token }));
  say("sent", `${found.length} of ${inputs.length} fields had a picture.`);
  await commit(inputs, found);
}

async function commit(inputs, found) {
  const answer = await call("photosV2.commit", { photos: JSON.stringify(found) });
  const good = answer.photos.filter((one) => one.status === "SUCCESS");
  const ids = good.map((one) => one.assigned_photo_id).join(",");
  const seen = ids ? await call("photos.getInfo", { photo_ids: ids }) : { photos: [] };
  const addresses = new Map(seen.photos.map((one) => [one.id, one.pic240min]));
  const statuses = answer.photos[Symbol.iterator]();
  $("results").replaceChildren(...inputs.map((input) =>
    result(input, input.files.length ? statuses.next().value : null, addresses)));
  const all = good.length === found.length;
  say("verdict", all ? `Success: ${good.length} uploaded` : "Upload failed", !all);
  $("done").hidden = false;
}

function result(input, done, addresses) {
  const item = element("li");
  const source = done && addresses.get(done.assigned_photo_id);
  const alt = `photo ${done && done.assigned_photo_id}`;
  item.append(source ? element("img", "", { src: source, alt }) : element("div", "no photo", { class: "none" }));
  const line = element("p");
  line.append(element("span", input.name), element("em", done ? done.status : "left empty"));
  item.className = done ? (done.status === "SUCCESS" ? "ok" : "bad") : "";
  item.append(line);
  return item;
}

for (const [id, said, work] of [["draw", "issued", draw], ["send", "sent", send]]) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    working(event.target, said, work);
  });
}
