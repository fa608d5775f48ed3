'use strict';

// node parse.js MAJOR.MINOR FILE…: parses each file as that PHP release would; prints what it cannot read.
const fs = require('fs');
const { Engine } = require('php-parser');

const [version, ...files] = process.argv.slice(2);
const [major, minor] = version.split('.').map(Number);
const engine = new Engine({ parser: { version: `${major}.${minor}`, suppressErrors: false } });
let failed = false;
for (const file of files) {
  try {
    engine.parseCode(fs.readFileSync(file, 'utf8'), file);
  } catch (error) {
    failed = true;
    console.error(`${file}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);
