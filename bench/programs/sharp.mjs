// A ladder for each line of standard input: "PHOTO PLAN".
import fs from 'node:fs';
import readline from 'node:readline';
import sharp from 'sharp';
import { WAYS, readPlan } from './ladder.mjs';

const ladder = WAYS[process.argv[2]];
sharp.concurrency(1); // one thread a picture, as ours: less CPU time, more delay
sharp.cache(false);
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [photo, plan] = line.split(' ');
  const made = await ladder(fs.readFileSync(photo), readPlan(plan));
  console.log(made.reduce((sum, one) => sum + one.length, 0));
}
