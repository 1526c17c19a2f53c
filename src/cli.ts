#!/usr/bin/env node
// Nothing is imported before the check, and no syntax is used that an old Node cannot parse: better-sqlite3's prebuilt
// binary kills a Node without Node-API 10 outright, and undici refuses one older than 22.19.
const running = process.versions
const [major = 0, minor = 0] = running.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 19) || !(Number(running.napi) >= 10)) {
  const mend = '`npm install` brings Node 24: run `npx tollgate` or `npm start`.'
  process.stderr.write(`Tollgate needs Node 22.19 or newer; this is ${running.node}. ${mend}\n`)
  process.exitCode = 1
} else {
  import('./cli/main.ts').then((cli) => cli.main(process.argv.slice(2)))
}
