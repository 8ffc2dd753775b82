import { fast } from './fast';
import { finetune } from './finetune';
import type { Recipe } from './recipe';
import { reference } from './reference';

/**
 * Recipes by name: options of `fit`. A recipe of your own is an object of the same type, and is used in the same way.
 *
 * @example
 * ```ts
 * const data = { train, validation, classes: 9 };
 * const options = { ...recipes.fast, epochs: 30, seed: 1 };
 * for await (const { epoch, validation } of fit(classifier, data, options))
 *   console.log(epoch, validation.accuracy);
 *
 * const mine = { ...recipes.fast, criterion: 'macroF1', followedBy: [recipes.finetune] } satisfies Recipe;
 * for await (const { epoch } of fit(classifier, data, mine)) console.log(epoch);
 * ```
 */
export const recipes = { reference, fast, finetune } as const satisfies Record<string, Recipe>;

/**
 * @example
 * ```ts
 * const name: RecipeName = 'finetune';
 * const { epochs, batchSize }: Recipe = recipes[name]; // 12, 32
 * ```
 */
export type RecipeName = keyof typeof recipes;
