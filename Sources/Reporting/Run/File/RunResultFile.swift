/// A run's result as an HDF5 file that h5py, xarray, pandas, MATLAB and Julia open without plug-ins; SCHEMA.md describes it.
///
/// Equal results give equal bytes. The file appears under its name only when it is complete and on disk.
public enum RunResultFile {
  /// Writes the file beside `path` and lets it take that name when it is complete; with an analysis, so that returns,
  /// metrics, tails and simulation are in it too.
  public static func write(
    _ run: RunResult, analysis: RunAnalysis? = nil, to path: String
  ) throws(HDF5Error) {
    try write(ResultContents(run: run, analysis: analysis), to: path)
  }

  /// Returns how many writes it took; with `failingWrite`, that one fails as on a full disk.
  @discardableResult
  static func write(
    _ contents: ResultContents, to path: String, failingWrite: Int? = nil
  ) throws(HDF5Error) -> Int {
    do throws(RunResultFault) { try contents.run.validate() } catch {
      throw HDF5Error(file: path, object: error.part, reason: "cannot be stored: \(error)")
    }
    let file = try HDF5File(path: path, failingWrite: failingWrite)
    try file.setAttribute("Conventions", "CF-1.10", of: "/")
    try file.setAttribute("format", "lockstep run", of: "/")
    try file.setAttribute("schema_version", .integer(Int64(ResultSchema.version)), of: "/")
    for group in ResultSchema.groups where group.isPresent(contents) { try write(group, contents, to: file) }
    try file.finish()
    return file.writeCount
  }

  private static func write(
    _ group: ResultGroup, _ contents: ResultContents, to file: HDF5File
  ) throws(HDF5Error) {
    let contents = contents.holdingRows(of: group)
    try file.addGroup(group.path)
    try file.setAttribute("description", .text(group.meaning), of: group.path)
    for attribute in group.attributes {
      try file.setAttribute(attribute.name, attribute.make(contents), of: group.path)
    }
    var extents: [String: Int] = [:]
    for column in group.columns {
      let values = column.make(contents)
      var shape = [values.count]
      if column.axes == [column.name] { extents[column.name] = values.count }
      if column.axes.count == 2 {
        shape = column.axes.map { extents[$0] ?? 0 }
        // Without columns there is nothing to store, and no shape that every reader takes.
        if shape[1] == 0 { continue }
      }
      let path = "\(group.path)/\(column.name)"
      try file.addDataset(path, values, shape: shape, scales: column.axes.map { "\(group.path)/\($0)" })
      try file.setAttribute("long_name", .text(column.meaning), of: path)
      if let unit = column.unit { try file.setAttribute("units", .text(unit), of: path) }
      for (key, value) in column.attributes { try file.setAttribute(key, value, of: path) }
    }
  }
}
