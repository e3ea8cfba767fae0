import { describe, expect, test } from 'vitest';
import * as models from '../../lib/models';
import { findRecipe, published, recipes } from '../../lib/recipes';

describe('the recipes', () => {
  test('have names of their own, and families and published rows that exist', () => {
    expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
    for (const { family, published: row } of recipes) {
      expect(models).toHaveProperty(family);
      if (row) expect(Object.values(published)).toContain(row);
    }
    const told = recipes.flatMap((recipe) => recipe.published ?? []);
    expect(told).toHaveLength(Object.keys(published).length - 1); // all but the test set
  });

  test('an unknown name is told with the names there are', () => {
    expect(() => findRecipe('vea')).toThrow(
      /^there is no recipe vea\. There are: fashion-mnist-ae, fashion-mnist-vae, /,
    );
  });
});
