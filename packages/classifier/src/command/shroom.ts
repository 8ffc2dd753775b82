#!/usr/bin/env node
import { runShroom } from './run';

runShroom(process.argv.slice(2)).then(code => {
  process.exitCode = code;
});
