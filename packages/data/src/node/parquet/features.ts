import type { FileMetaData, SchemaElement } from 'hyparquet';

/** What is known of the columns of a file. */
export interface ParquetFeatures {
  /** The column with the photos: a struct of `bytes` and `path`, or bytes. `undefined` if there is none. */
  readonly image: string | undefined;
  /** Names of classes by column, for columns of numbers. */
  readonly classes: ReadonlyMap<string, readonly string[]>;
  /** Other columns that are no structs. */
  readonly others: readonly string[];
}

/**
 * Finds the columns of a file, by what the library `datasets` has written into it, otherwise by their types.
 *
 * @see https://huggingface.co/docs/datasets/about_dataset_features
 */
export function featuresOf({
  schema,
  key_value_metadata: facts = [],
}: FileMetaData): ParquetFeatures {
  const tops = topColumns(schema);
  const features = parsed(facts.find(({ key }) => key === 'huggingface')?.value);
  const ofKind = (kind: string) => tops.filter(({ name }) => features[name]?._type === kind);
  const images = ofKind('Image');
  const candidates = images.length > 0 ? images : tops.filter(holdsBytes);
  const [image] = [...candidates].sort((a, b) => rankOf(a.name) - rankOf(b.name));
  const classes = new Map<string, readonly string[]>();
  for (const [name, feature] of Object.entries(features)) {
    const inner = feature?._type === 'ClassLabel' ? feature : feature?.feature;
    if (inner?._type === 'ClassLabel' && Array.isArray(inner.names)) classes.set(name, inner.names);
  }
  const others = tops
    .filter(top => top !== image && (!top.isGroup || classes.has(top.name)))
    .map(({ name }) => name);
  return { image: image?.name, classes, others };
}

interface Feature {
  readonly _type?: string;
  readonly names?: readonly string[];
  /** Of the members of a list. */
  readonly feature?: Feature;
}

function parsed(text: string | undefined): Readonly<Record<string, Feature | undefined>> {
  if (text === undefined) return {};
  try {
    const value = JSON.parse(text) as { readonly info?: { readonly features?: object } };
    return { ...value.info?.features } as Record<string, Feature>;
  } catch {
    return {};
  }
}

interface TopColumn {
  readonly name: string;
  readonly isGroup: boolean;
  readonly members: readonly SchemaElement[];
  readonly element: SchemaElement;
}

/** The columns below the root, which the schema lists depth first. */
function topColumns(schema: readonly SchemaElement[]): TopColumn[] {
  const tops: TopColumn[] = [];
  const sizeOf = (at: number): number => {
    let size = 1;
    for (let child = 0; child < (schema[at]!.num_children ?? 0); child++) size += sizeOf(at + size);
    return size;
  };
  for (let at = 1; at < schema.length; ) {
    const element = schema[at]!;
    const size = sizeOf(at);
    const members = schema.slice(at + 1, at + size);
    tops.push({ name: element.name, isGroup: size > 1, members, element });
    at += size;
  }
  return tops;
}

/** Whether a column is a struct with bytes, or bytes that are no text. */
const holdsBytes = ({ isGroup, members, element }: TopColumn): boolean =>
  isGroup
    ? members.some(({ name, type }) => name === 'bytes' && type === 'BYTE_ARRAY')
    : element.type === 'BYTE_ARRAY' && !element.converted_type && !element.logical_type;

const usual = ['image', 'img', 'photo', 'picture', 'jpg', 'png', 'bytes'];
const rankOf = (name: string): number => {
  const rank = usual.indexOf(name.toLowerCase());
  return rank < 0 ? usual.length : rank;
};
