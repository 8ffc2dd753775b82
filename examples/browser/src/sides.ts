/** Vermilion for what speaks for a class, blue for what speaks against it: told apart by colour-blind readers (Okabe & Ito). */
export const sides = { favour: [213, 94, 0], against: [0, 114, 178] } as const;
