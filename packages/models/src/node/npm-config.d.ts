// npm's own libraries have no types. This file declares the parts that are used here.
declare module '@npmcli/config' {
  interface ConfigOptions {
    readonly npmPath: string;
    readonly argv: readonly string[];
    readonly definitions: unknown;
    readonly shorthands: unknown;
    readonly flatten: unknown;
    readonly nerfDarts: unknown;
    readonly env: NodeJS.ProcessEnv;
    readonly warn: boolean;
  }
  class Config {
    constructor(options: ConfigOptions);
    load(): Promise<void>;
    readonly flat: Record<string, unknown>;
  }
  export = Config;
}
declare module '@npmcli/config/lib/definitions/index.js' {
  const npm: { definitions: unknown; shorthands: unknown; flatten: unknown; nerfDarts: unknown };
  export = npm;
}
