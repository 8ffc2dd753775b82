export { type Genus, genera } from './genus';
export { type DrawnMushroom, type DrawOptions, drawMushroom } from './mushroom';
