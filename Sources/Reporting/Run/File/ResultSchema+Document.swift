extension ResultSchema {
  /// SCHEMA.md: every group, attribute and column of a result file.
  static var document: String {
    var lines = [
      "# The result file, version \(version)", "",
      "Generated from the schema in `Run/File`; a test compares this file with it. `LOCKSTEP_WRITE_SCHEMA=1 swift test "
        + "--filter schemaDocument` writes it anew.", "",
      "A result is one HDF5 file in the formats of release 1.8, which h5py, xarray, pandas, MATLAB, R and Julia open "
        + "without plug-ins. Columns of 4 KiB and more are stored in chunks with shuffle and gzip. No object carries a "
        + "time of writing, so equal runs give equal bytes.", "",
      "- Every column's axes are dimension scales of the same group, so that "
        + "`xarray.open_dataset(path, group=\"fills\", engine=\"h5netcdf\")` shows named coordinates.",
      "- Times are int64 nanoseconds since 1970, UTC, with CF `units` and `calendar`; xarray shows them as dates.",
      "- What is missing is -9223372036854775808 in int64 columns whose `_FillValue` says so, and NaN in columns of "
        + "doubles.",
      "- A column of few different texts holds codes: `cause` counts the rows of `cause_name`. Codes with fixed meaning list "
        + "them in `flag_meanings`, from 0 on.",
      "- Prices are ticks and quantities lots of their instrument, whose group says what these are worth.",
      "- `result_hash` is SHA-256 over all columns and attributes of the run, up to `/windows`, except those marked †. "
        + "What follows is computed from the run alone.",
      "- Runs of one scenario over the same data by one version give the same file to the byte, apart from what the ledger "
        + "stood at: `/meta/ledger_head`, `/meta/prior_trials`, and figures that count the latter as trials. A run that was "
        + "killed and resumed is entered once, and where no other run was entered meanwhile its file is the same.", "",
      "The root has the attributes `format` = `lockstep run`, `schema_version` = \(version) and `Conventions`.", "",
      "```python", "import h5py, pandas as pd", "with h5py.File(\"result.h5\") as f:",
      "    fills = f[\"fills\"]",
      "    frame = pd.DataFrame({k: v[:] for k, v in fills.items() if v.shape == fills[\"fill\"].shape})",
      "    frame[\"cause\"] = fills[\"cause_name\"].asstr()[:][frame[\"cause\"]]", "```", "",
    ]
    for group in groups {
      lines += ["## `\(group.path)`", ""]
      let condition = group.condition.map { " Present when \($0)." } ?? ""
      lines += [sentence(group.meaning) + condition, ""]
      if !group.attributes.isEmpty {
        lines += ["| attribute | meaning |", "|---|---|"]
        lines += group.attributes.map { "| `\($0.name)`\($0.isHashed ? "" : " †") | \(cell($0.meaning)) |" }
        lines.append("")
      }
      if !group.columns.isEmpty {
        lines += ["| column | type | axes | unit | meaning |", "|---|---|---|---|---|"]
        for column in group.columns {
          let axes = column.axes.map { "`\($0)`" }.joined(separator: " × ")
          let mark = column.isHashed || !isHashed(group) ? "" : " †"
          lines.append(
            "| `\(column.name)`\(mark) | \(column.kind.rawValue) | \(axes) | \(column.unit ?? "") | "
              + "\(cell(column.meaning)) |")
        }
        lines.append("")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func isHashed(_ group: ResultGroup) -> Bool { runGroups.contains { $0.path == group.path } }

  private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }

  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text {
      if character == "|" || character == "*" || character == "<" { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
