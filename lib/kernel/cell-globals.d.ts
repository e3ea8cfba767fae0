/** Globals that a cell has besides those of Node. */

/** Asks the person at the notebook. @param options `password: true` hides what is typed */
declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;
