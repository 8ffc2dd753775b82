import multipart from '@fastify/multipart';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError, requestError } from './errors';
import type { RequestLimits } from './options';
import type { UploadedPhoto } from './task';

/** Content types that are the bytes of one photo. curl sends the last one if it is told nothing. */
const rawTypes = /^(image\/|application\/(octet-stream|x-www-form-urlencoded))/;

/** Longest name of a photo in an answer. */
const longestName = 255;

/** Teaches an application to read photos: the bytes of one, or a form with several. */
export async function readUploads(app: FastifyInstance, limits: RequestLimits): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(rawTypes, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  await app.register(multipart, {
    limits: {
      files: limits.photos,
      fileSize: limits.bytes,
      // Fields of a form that are no files are ignored.
      fields: 16,
      fieldSize: 10_000,
      parts: limits.photos + 16,
    },
  });
}

/** The photos of a request. @throws RequestError when there are none, or more than the limits allow. */
export async function photosOf(
  request: FastifyRequest,
  limits: RequestLimits,
): Promise<UploadedPhoto[]> {
  const photos = request.isMultipart() ? await photosInForm(request, limits) : photoInBody(request);
  if (photos.length > 0) return photos;
  throw requestError(
    'no-photo',
    "The request has no photo. Send its bytes as the body with a type such as 'image/jpeg', or several photos as files of a form (multipart/form-data).",
  );
}

function photoInBody({ body }: FastifyRequest): UploadedPhoto[] {
  const bytes = body as Buffer | null | undefined;
  return bytes?.length ? [{ name: 'photo 1', bytes }] : [];
}

async function photosInForm(
  request: FastifyRequest,
  limits: RequestLimits,
): Promise<UploadedPhoto[]> {
  try {
    return await readForm(request, limits);
  } catch (error) {
    // The limits of the form have a status or are errors of this server; what is left are forms that end early or are malformed.
    if (error instanceof RequestError || (error as FastifyError).statusCode) throw error;
    throw requestError('bad-request', `The form cannot be read: ${(error as Error).message}.`);
  }
}

async function readForm(
  request: FastifyRequest,
  { bytes: most }: RequestLimits,
): Promise<UploadedPhoto[]> {
  const photos: UploadedPhoto[] = [];
  let size = 0;
  for await (const part of request.parts()) {
    if (part.type !== 'file') continue;
    const bytes = await part.toBuffer();
    size += bytes.length;
    if (size > most) throw tooManyBytes(most);
    // A form whose file was not chosen has a file without a name and without bytes.
    if (bytes.length === 0 && !part.filename) continue;
    const name = part.filename?.slice(0, longestName) || `photo ${photos.length + 1}`;
    photos.push({ name, bytes });
  }
  return photos;
}

export const tooManyBytes = (most: number) =>
  requestError(
    'too-many-bytes',
    `The request has more than the ${most} bytes that the server takes. Send smaller or fewer photos.`,
  );
