import { loadChain } from "../chain/load-chain.ts";
import { usePage } from "../parts/context.tsx";
import { FileButton } from "../parts/file-button.tsx";
import type { Identity } from "./identity.ts";

/** Opens an identity from its two files. */
export const IdentityFiles = ({
  identity,
  onOpen,
  onTrouble,
}: {
  readonly identity: Identity | undefined;
  readonly onOpen: (identity: Identity) => void;
  readonly onTrouble: (trouble: string | undefined) => void;
}) => {
  const { text } = usePage();
  const open = async (files: readonly File[]): Promise<void> => {
    const texts = await Promise.all(files.map((file) => file.text()));
    const certificatePem = texts.find((content) => content.includes("BEGIN CERTIFICATE"));
    const keyPem = texts.find((content) => content.includes("PRIVATE KEY"));
    if (certificatePem === undefined || keyPem === undefined) return onTrouble(text.send.noIdentity);
    try {
      const chain = await loadChain();
      onOpen({ certificatePem, keyPem, name: await chain.nameOf(certificatePem, keyPem) });
      onTrouble(undefined);
    } catch (error) {
      onTrouble(text.failed((error as Error).message));
    }
  };
  return (
    <div className="identity">
      <FileButton accept=".pem" multiple onFiles={(files) => void open(files)}>
        {text.send.files}
      </FileButton>
      <p className="note">{identity === undefined ? text.send.filesNote : text.send.opened(identity.name)}</p>
    </div>
  );
};
