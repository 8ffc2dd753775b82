export { BatchNorm } from './batch-norm';
export { Dropout, type DropoutArgs } from './dropout';
export { attachHead, classifierHead, type HeadOptions } from './head';
