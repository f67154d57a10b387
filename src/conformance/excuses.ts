// Holds the reasons for which a server with `atomic: false` is excused, if several checks share one.

/** Why a server that keeps sessions in signed cookies cannot end what one of them names. */
export const noRevocation = 'a signed cookie that was given away cannot be taken back'
