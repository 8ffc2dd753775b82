import type { MethodName } from '../explaining/methods';
import type { PictureOptions } from '../explaining/photo-png';

/** Pictures that explain a photo. */
export const pictureFormats = { png: 'image/png', svg: 'image/svg+xml' } as const;
export type PictureFormat = keyof typeof pictureFormats;

/** Options of `POST /predict`, as they come in the address. */
export interface PredictQuery {
  readonly views?: number;
}

/** Options of `POST /explain`, as they come in the address. */
export interface ExplainQuery {
  readonly class?: string;
  readonly against?: string;
  readonly tap?: string;
  readonly method?: MethodName;
  readonly layout?: NonNullable<PictureOptions['layout']>;
}

/** A photo as it came, with the name of its file. */
export interface UploadedPhoto {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One photo and what is asked about it: plain data, which is sent to a process that computes. */
export type Task = UploadedPhoto &
  (
    | { readonly kind: 'predict'; readonly query: PredictQuery }
    | {
        readonly kind: 'explain';
        readonly query: ExplainQuery;
        /** Absent if the answer is numbers. */
        readonly picture?: PictureFormat;
      }
  );

/** Why a photo has no answer. */
export interface Failure {
  /** Status of the response if no photo of the request has an answer. */
  readonly status: number;
  /** A word for programs, such as `photo-unreadable`. */
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
}

/** The result of a task: the fields of a JSON object, a picture, or why there is neither. */
export type Outcome =
  | { readonly answer: Readonly<Record<string, unknown>> }
  | { readonly picture: Uint8Array | string }
  | { readonly failure: Failure };
