import { type ReactNode, useId } from "react";

/** A button that opens files and gives them to `onFiles`; the same file can be opened again. */
export const FileButton = ({
  children,
  accept,
  multiple = false,
  onFiles,
}: {
  readonly children: ReactNode;
  readonly accept: string;
  readonly multiple?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}) => {
  const id = useId();
  return (
    <span className="file">
      <input
        id={id}
        type="file"
        accept={accept}
        multiple={multiple}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
      <label htmlFor={id}>{children}</label>
    </span>
  );
};
