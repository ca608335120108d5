/** The organisation that a peer id `<name>.<organisation>` names. Neither part holds a dot. */
export const organisationOf = (peerId: string): string => peerId.slice(peerId.indexOf(".") + 1);
