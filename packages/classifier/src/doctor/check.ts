/** What was found out about one part of the machine. */
export interface Check {
  readonly part: 'engines' | 'machine' | 'disk' | 'network';
  readonly name: string;
  /** `good`; `limited` if something is slower or missing; `bad` if it does not work; `off` if it is optional and not there. */
  readonly standing: 'good' | 'limited' | 'bad' | 'off';
  readonly found: string;
  /** What to do, if something can be done. */
  readonly advice?: string;
  /** The command that does it. */
  readonly command?: string;
}
