import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { classesOf, type PackedPhoto, type PackedSet, type Packer } from './packer';

/** Rows that are stored together: this many, or fewer when their photos have so many bytes. */
const [mostRows, mostBytes] = [100, 64 * 2 ** 20];

/** Writes a Parquet file as the library `datasets` does: photos are not compressed, and classes are numbers with names. */
export async function parquetPacker(path: string, set: PackedSet): Promise<Packer> {
  const { ParquetWriter, fileWriter } = await import('hyparquet-writer');
  const part = `${path}.part`;
  const columns = columnsOf(set);
  const features = Object.fromEntries(columns.map(({ name, feature }) => [name, feature]));
  const writer = fileWriter(part);
  const parquet = new ParquetWriter({
    writer,
    schema: [
      required('root', { num_children: columns.length }),
      ...columns.flatMap(({ schema }) => schema),
    ],
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
    createdBy: 'shroom',
  });
  let [rows, bytes]: [PackedPhoto[], number] = [[], 0];
  const flush = async () => {
    if (rows.length === 0) return;
    const columnData = columns.map(({ name, cellOf }) => ({
      ...{ name, data: rows.map(cellOf) },
      ...(name === 'image' && { codec: 'UNCOMPRESSED' as const, statistics: false }),
    }));
    await parquet.write({ columnData, rowGroupSize: rows.length });
    [rows, bytes] = [[], 0];
  };
  return {
    add: async photo => {
      rows.push(photo);
      bytes += photo.bytes.length;
      if (rows.length >= mostRows || bytes >= mostBytes) await flush();
    },
    close: async () => {
      await flush();
      await parquet.finish();
      await rename(part, path);
    },
    abort: () => rm(part, { force: true }),
  };
}

interface Column {
  readonly name: string;
  readonly feature: object;
  readonly schema: readonly SchemaElement[];
  cellOf(photo: PackedPhoto): unknown;
}

const element = (name: string, more: Partial<SchemaElement>): SchemaElement => ({
  ...{ name, repetition_type: 'OPTIONAL' },
  ...more,
});
const required = (name: string, more: Partial<SchemaElement>): SchemaElement => ({ name, ...more });
const text = (name: string) => element(name, { type: 'BYTE_ARRAY', converted_type: 'UTF8' });

function columnsOf({ classes, columns, isMultiLabel }: PackedSet): Column[] {
  const numbers = new Map(classes.map((name, index) => [name, BigInt(index)]));
  const label = { names: classes, _type: 'ClassLabel' };
  const image: Column = {
    name: 'image',
    feature: { _type: 'Image' },
    schema: [
      element('image', { num_children: 2 }),
      element('bytes', { type: 'BYTE_ARRAY' }),
      text('path'),
    ],
    cellOf: ({ bytes, name }) => ({ bytes, path: basename(name) }),
  };
  const single: Column = {
    name: 'label',
    feature: label,
    schema: [element('label', { type: 'INT64' })],
    cellOf: ({ candidate }) => numbers.get(candidate.className ?? ''),
  };
  const several: Column = {
    name: 'labels',
    feature: { feature: label, _type: 'List' },
    schema: [
      element('labels', { converted_type: 'LIST', num_children: 1 }),
      element('list', { repetition_type: 'REPEATED', num_children: 1 }),
      element('element', { type: 'INT64' }),
    ],
    cellOf: ({ candidate }) => classesOf(candidate).map(name => numbers.get(name)),
  };
  const others = columns
    .filter(name => !['image', 'label', 'labels'].includes(name))
    .map(
      (name): Column => ({
        name,
        feature: { dtype: 'string', _type: 'Value' },
        schema: [text(name)],
        cellOf: ({ candidate: { part, group, columns: own } }) =>
          (name === 'split' ? part : name === 'group' ? group : undefined) ?? own?.[name],
      }),
    );
  const labels = isMultiLabel ? [several] : classes.length > 0 ? [single] : [];
  return [image, ...labels, ...others];
}
