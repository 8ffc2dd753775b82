// Computes features of drawn mushrooms in a separate process: `extracted-features.ts <family> <folder of the cache>`.
import { features } from './features-of-drawn';

const [family, folder] = process.argv.slice(2) as ['resnet' | 'convnext', string];
process.stdout.write((await features(family, folder, order => order.reverse())).join('\n'));
process.exit(0);
