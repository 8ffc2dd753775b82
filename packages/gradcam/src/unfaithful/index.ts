export { guidedBackprop, guidedGradCam } from './guided';
