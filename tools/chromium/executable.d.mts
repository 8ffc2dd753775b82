export const executable: string | undefined;
export const howToGetChromium: string;
