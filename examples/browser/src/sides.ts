/** Vermilion for what speaks for a class, blue for what speaks against it: told apart by color-blind readers (Okabe & Ito). */
export const sides = { favor: [213, 94, 0], against: [0, 114, 178] } as const;
