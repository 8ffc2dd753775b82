import { configureOrt } from '../../src/index';
// The same sums in WebAssembly, which keeps fewer of them side by side.
import '../sums.test';

configureOrt({ runtime: 'web' });
