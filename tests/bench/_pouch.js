// One step of the bench `peers`, with PouchDB: fill, pull or push. Prints the milliseconds of what is measured.
// usage: node _pouch.js fill|pull|push URL FOLDER [DOCUMENTS.json]
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');

const [step, url, folder, file] = process.argv.slice(2);
const PouchDB = createRequire(path.join(process.cwd(), 'x.js'))('pouchdb');
const documents = () => JSON.parse(fs.readFileSync(file, 'utf8'));

async function put(db, rows) {
  for (let at = 0; at < rows.length; at += 1000) await db.bulkDocs(rows.slice(at, at + 1000));
}

async function timed(job) {
  const start = process.hrtime.bigint();
  const done = await job();
  if (!done.ok) throw new Error(JSON.stringify(done));
  console.log(Number(process.hrtime.bigint() - start) / 1e6, done.docs_written);
}

async function main() {
  const far = new PouchDB(url);
  if (step === 'fill') return put(far, documents());
  const near = new PouchDB(path.join(folder, step));
  if (step === 'pull') return timed(() => near.replicate.from(far, { batch_size: 1000 }));
  await put(near, documents());
  return timed(() => near.replicate.to(far, { batch_size: 100 }));
}

main().then(() => process.exit(0), (fault) => { console.error(fault); process.exit(1); });
