import * as v from 'valibot';
import { engineNames } from '../engine/names';
import { shardedWork } from '../shards/schema';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const names = v.array(v.string());
/** A number that cannot be computed, such as the area of a class without photos, is `null`. */
const number = v.nullable(v.number());
const interval = v.object({ value: number, low: number, high: number });
const figures = v.record(v.string(), interval);
const failure = v.object({ name: v.string(), message: v.string() });
const unreadable = v.object({ photo: v.string(), error: failure });

const answer = {
  photo: v.string(),
  /** Whether the photo resembles the training photos. If not, the class means little. */
  known: v.boolean(),
  task: v.picklist(['single-label', 'multi-label']),
  class: v.string(),
  classIndex: count,
  probability: share,
  probabilities: v.record(v.string(), share),
  fits: names,
  sure: v.boolean(),
  novelty: v.optional(v.number()),
  /** Only for the task 'multi-label'. */
  labels: v.optional(
    v.array(
      v.object({ class: v.string(), probability: share, threshold: share, present: v.boolean() }),
    ),
  ),
};

const scores = v.record(v.string(), v.number());
const run = v.object({
  folder: v.string(),
  classes: names,
  configuration: v.record(v.string(), v.unknown()),
  test: v.objectWithRest(
    { task: v.string(), accuracy: interval, macroF1: interval },
    v.union([v.string(), interval]),
  ),
  seconds: scores,
});
const entry = v.object({
  kind: v.picklist(['weights', 'features', 'classifier']),
  name: v.string(),
  path: v.string(),
  bytes: count,
  usedAt: v.pipe(v.string(), v.isoTimestamp()),
});

const check = v.object({
  part: v.picklist(['engines', 'machine', 'disk', 'network']),
  name: v.string(),
  /** `limited`: slower or missing; `off`: optional and not there. */
  standing: v.picklist(['good', 'limited', 'bad', 'off']),
  found: v.string(),
  /** What to do. */
  advice: v.optional(v.string()),
  /** The command that does it. */
  command: v.optional(v.string()),
});

/** The result of each verb, as `--json` prints it. */
const results = {
  train: run,
  resume: run,
  evaluate: v.object({
    photos: count,
    /** How many of the photos are unlike all training photos. */
    unknown: count,
    strange: v.object({ photos: count, classes: names, unknown: count, unsure: count }),
    seen: v.optional(count),
    task: v.picklist(['single-label', 'multi-label']),
    figures,
    perClass: v.array(v.objectWithRest({ class: v.string(), support: count }, number)),
    classes: v.optional(names),
    confusion: v.optional(v.array(v.array(count))),
    calibration: v.object({ raw: scores, scaled: scores }),
    certainty: v.looseObject({ temperature: v.number(), threshold: share, coverage: share }),
    sets: v.record(v.string(), number),
  }),
  predict: v.object({
    photos: v.array(v.union([v.object(answer), unreadable])),
    counts: v.object({ sure: count, unsure: count, unknown: count, unreadable: count }),
  }),
  explain: v.object({
    photos: v.array(
      v.union([
        v.object({
          ...answer,
          /** The class that the map explains. */
          explained: v.string(),
          /** Path of the picture. */
          picture: v.string(),
          map: v.object({
            height: count,
            width: count,
            /** The share of the photo that the map covers, `[height, width]` from its upper left corner. Absent if it covers all. */
            covers: v.optional(v.tuple([share, share])),
          }),
        }),
        unreadable,
      ]),
    ),
  }),
  finetune: v.object({
    folder: v.string(),
    classes: names,
    cut: v.string(),
    before: scores,
    after: scores,
  }),
  /** Some forms have more fields. */
  export: v.looseObject({
    form: v.string(),
    /** How the export computes, whatever format its weights have. */
    precision: v.literal('float32'),
    folder: v.string(),
    files: v.array(v.object({ path: v.string(), bytes: count })),
    licenses: v.array(v.object({ of: v.string(), license: v.string() })),
  }),
  compare: v.object({
    runs: v.array(
      v.object({
        folder: v.string(),
        classes: names,
        photos: count,
        /** How its networks compute, such as `float32` or `int8`. */
        precision: v.string(),
        figures,
      }),
    ),
    options: v.array(v.object({ name: v.string(), values: v.array(v.unknown()) })),
    pairs: v.array(
      v.object({
        run: count,
        count,
        onlyFirst: count,
        onlySecond: count,
        gain: interval,
        p: share,
      }),
    ),
  }),
  inspect: v.object({
    photos: count,
    counts: v.record(v.string(), count),
    concerns: v.array(v.object({ kind: v.string(), subject: v.string(), reason: v.string() })),
    duplicates: v.array(
      v.looseObject({
        kind: v.picklist(['exact', 'near']),
        photos: names,
        acrossClasses: v.boolean(),
        acrossParts: v.boolean(),
      }),
    ),
    quarantine: names,
  }),
  pack: v.object({
    files: names,
    classes: names,
    photos: count,
    findings: v.array(v.object({ kind: v.string(), subject: v.string(), reason: v.string() })),
  }),
  index: v.object({ indexes: v.array(v.object({ path: v.string(), photos: count })) }),
  plan: v.object({
    path: v.string(),
    what: v.picklist(shardedWork),
    photos: count,
    shards: count,
    /** Photos that were not found. */
    missing: count,
    sha256: v.string(),
    engine: v.optional(v.picklist(engineNames)),
    /** How the networks compute, such as `float32` or `int8`. Absent for work without networks, as is the engine. */
    precision: v.optional(v.string()),
    /** Default folder of the shards' results. */
    results: v.string(),
  }),
  work: v.object({
    what: v.picklist(shardedWork),
    shard: count,
    shards: count,
    photos: count,
    unread: count,
    /** Photos that earlier attempts have done. */
    kept: count,
    folder: v.string(),
  }),
  /** Numbers of shards are from 0. */
  status: v.object({
    what: v.picklist(shardedWork),
    photos: count,
    shards: count,
    done: v.array(count),
    running: v.array(count),
    failed: v.array(
      v.object({ shard: count, name: v.string(), message: v.string(), log: v.string() }),
    ),
    missing: v.array(count),
    photosDone: count,
    unread: count,
    /** Seconds. */
    remaining: v.optional(v.number()),
  }),
  merge: v.object({
    what: v.picklist(shardedWork),
    path: v.string(),
    photos: count,
    shards: count,
    unread: count,
    /** Photos with the same bytes as one before them, for the work `hash`. */
    copies: v.optional(count),
    seconds: v.number(),
    /** The engines and machines that computed the shards. */
    made: names,
  }),
  /** Printed when the server has stopped. */
  serve: v.object({
    url: v.string(),
    title: v.string(),
    classes: names,
    engine: v.string(),
    /** How the networks compute, such as `float32` or `int8`. */
    precision: v.string(),
    /** Says that a classifier that was trained in int8 computes in 32 bits. */
    fallback: v.optional(v.string()),
  }),
  weights: v.object({
    weights: v.array(
      v.object({
        id: v.string(),
        source: v.string(),
        license: v.string(),
        bytes: v.optional(count),
        cached: v.boolean(),
        path: v.optional(v.string()),
        sha256: v.optional(v.string()),
        intact: v.optional(v.nullable(v.boolean())),
      }),
    ),
  }),
  cache: v.union([
    v.object({ folder: v.string(), entries: v.array(entry) }),
    v.object({
      folder: v.string(),
      dryRun: v.boolean(),
      removed: v.array(entry),
      kept: v.array(entry),
      freed: count,
    }),
  ]),
  doctor: v.object({
    works: v.boolean(),
    /** The fastest engine that works. */
    engine: v.nullable(v.picklist(engineNames)),
    checks: v.array(check),
  }),
};

/** The verbs whose results have a schema. */
export const verbsWithOutput = Object.keys(results) as readonly (keyof typeof results)[];

const ofResult = Object.entries(results).map(([verb, result]) =>
  v.object({ shroom: v.literal(1), verb: v.literal(verb), result }),
);
const ofError = v.object({
  shroom: v.literal(1),
  /** The verb. `null` if the arguments name none. */
  verb: v.nullable(v.string()),
  error: failure,
});

/**
 * The schema of what `shroom <verb> --json` prints: one line with the result or the error. `docs/public/shroom-output-1.schema.json` is the
 * same as JSON Schema.
 */
export const outputSchema = v.union([...ofResult, ofError]);

/** Where a line that `--json` printed differs from the schema of its verb. */
export function faultsOf(line: {
  readonly verb: keyof typeof results;
  readonly result: unknown;
}): string[] {
  const { issues = [] } = v.safeParse(results[line.verb], line.result);
  return issues.map(issue => `${v.getDotPath(issue)}: ${issue.message}`);
}
