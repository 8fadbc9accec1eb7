/** What a card that was not measured yet is taken to measure. */
export const CARD = { width: 220, height: 120 }
