export { type DrawnPhoto, type DrawnPhotos, openDrawn } from './photos';
