import { usePage } from "../parts/context.tsx";
import { FileButton } from "../parts/file-button.tsx";
import { type Identity, nameIn } from "./identity.ts";

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
    const name = certificatePem === undefined ? undefined : nameIn(certificatePem);
    if (certificatePem === undefined || keyPem === undefined || name === undefined)
      return onTrouble(text.send.noIdentity);
    onOpen({ certificatePem, keyPem, name });
    onTrouble(undefined);
  };
  return (
    <div className="identity">
      <FileButton
        accept=".pem"
        multiple
        onFiles={(files) => void open(files).catch(() => onTrouble(text.send.noIdentity))}
      >
        {text.send.files}
      </FileButton>
      <p className="note" role="status">
        {identity === undefined ? text.send.filesNote : text.send.opened(identity.name)}
      </p>
    </div>
  );
};
