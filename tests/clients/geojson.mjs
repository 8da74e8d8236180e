/*
 * Validates GeoJSON as it comes: on standard input, "TARGET LENGTH\n" and so many bytes, again and
 * again. Prints a line for each answer that is not GeoJSON; exits with 1 where there was one.
 *
 * Everything goes through geojson-validation; what is short also through check-geojson, which reads
 * the text itself (members twice, rings that are not closed) and takes its time.
 */
import { check } from '@placemarkio/check-geojson';
import { valid } from 'geojson-validation';

const SHORT_BYTES = 50000;

/** What is wrong with a text, as a list of sentences. */
function faults(text) {
  try {
    if (text.length <= SHORT_BYTES) check(text);
    return valid(JSON.parse(text), true);
  } catch (error) {
    return error.issues?.map((issue) => issue.message) ?? [error.message];
  }
}

let waiting = [];
let bytes = 0;
let wanted = null; // the answer whose body is being read
let n = 0;
let nBad = 0;

function take(length) {
  const whole = Buffer.concat(waiting);
  waiting = [whole.subarray(length)];
  bytes -= length;
  return whole.subarray(0, length).toString('utf8');
}

function judge(target, text) {
  const found = faults(text);
  n += 1;
  if (found.length === 0) return;
  nBad += 1;
  console.log(`${target}: ${found.slice(0, 3).join('; ')}`);
}

for await (const chunk of process.stdin) {
  waiting.push(chunk);
  bytes += chunk.length;
  for (;;) {
    if (wanted && bytes < wanted.length) break;
    if (wanted) {
      judge(wanted.target, take(wanted.length));
      wanted = null;
    }
    const end = Buffer.concat(waiting).indexOf('\n');
    if (end < 0) break;
    const [target, length] = take(end + 1).trim().split(' ');
    wanted = { target, length: Number(length) };
  }
}
console.log(`${n} answers validated`);
process.exitCode = nBad || wanted ? 1 : 0;
