/**
 * Colors as RGB: vermilion for evidence for a class, blue for evidence against it. Color-blind readers can distinguish them (Okabe & Ito).
 */
export const sides = { favor: [213, 94, 0], against: [0, 114, 178] } as const;
