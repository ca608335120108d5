/** Who signs: the texts of certificate.pem and key.pem, which stay in this page's memory. */
export type Identity = {
  readonly name: string;
  readonly certificatePem: string;
  readonly keyPem: string;
};
