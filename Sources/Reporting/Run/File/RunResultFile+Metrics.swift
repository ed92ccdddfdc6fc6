extension RunResultFile {
  /// A metric as a result file keeps it.
  public struct StoredMetric: Sendable, Hashable {
    public var id: String
    /// The returns it is computed from.
    public var basis: String
    public var unit: String
    /// Nil when it does not exist for the run.
    public var value: Double?
    public var lower: Double?
    public var upper: Double?

    public init(
      id: String, basis: String, unit: String, value: Double?, lower: Double? = nil, upper: Double? = nil
    ) {
      self.id = id
      self.basis = basis
      self.unit = unit
      self.value = value
      self.lower = lower
      self.upper = upper
    }
  }

  /// The metrics of a result file alone; none when it was stored without an analysis.
  public static func readMetrics(_ path: String) throws(HDF5Error) -> [StoredMetric] {
    try readMetrics(HDF5Reader(try HDF5Reader.contents(of: path), name: path))
  }

  /// The metrics in the bytes of a result file; any bytes give some or an error.
  public static func readMetrics(bytes: [UInt8], name: String = "result") throws(HDF5Error) -> [StoredMetric] {
    try readMetrics(HDF5Reader(bytes, name: name))
  }

  private static func readMetrics(_ file: HDF5Reader) throws(HDF5Error) -> [StoredMetric] {
    guard try file.attributes(of: "/")["format"] == "lockstep run" else {
      throw file.file.fault("is no result of a Lockstep run")
    }
    guard file.has("/metrics") else { return [] }
    let table = try ResultTable("/metrics", index: "metric", file)
    let ids = try table.texts("id")
    let bases = try table.words("basis")
    let units = try table.words("unit")
    let values = try table.doubles("value")
    let lowers = try table.doubles("lower")
    let uppers = try table.doubles("upper")
    func known(_ value: Double) -> Double? { value.isFinite ? value : nil }
    return ids.indices.map { row in
      StoredMetric(
        id: ids[row], basis: bases[row], unit: units[row], value: known(values[row]), lower: known(lowers[row]),
        upper: known(uppers[row]))
    }
  }
}
