export { type Genus, genera } from './drawn/genus.js';
export { type DrawnMushroom, type DrawOptions, drawMushroom } from './drawn/mushroom.js';
