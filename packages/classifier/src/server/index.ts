export { ServeError } from './errors';
export type { RequestLimits, ServeOptions, ServerEvent } from './options';
export { type Server, serve } from './serve';
