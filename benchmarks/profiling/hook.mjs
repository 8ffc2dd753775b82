// Loaded before a contestant (`node --import`). It makes every ONNX Runtime session of the process write its profile into
// the folder PROFILES when the process ends.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const { binding } = require('onnxruntime-node/dist/binding.js');
const { InferenceSession } = binding;
const sessions = [];

class ProfiledSession extends InferenceSession {
  loadModel(...args) {
    const options = args.pop();
    const profileFilePrefix = join(process.env.PROFILES, `session-${sessions.length}`);
    super.loadModel(...args, { ...options, enableProfiling: true, profileFilePrefix });
    sessions.push(this);
  }

  dispose() {
    // A released session writes its profile immediately.
    this.endProfiling();
    sessions.splice(sessions.indexOf(this), 1);
    super.dispose();
  }
}
binding.InferenceSession = ProfiledSession;
process.on('exit', () => {
  for (const session of sessions) session.endProfiling();
});
