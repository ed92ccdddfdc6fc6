/// Why an HDF5 file could not be written: the file, the object in it, and what is wrong.
public struct HDF5Error: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// The path inside the file, where there is one.
  public var object: String?
  public var reason: String

  public init(file: String, object: String? = nil, reason: String) {
    self.file = file
    self.object = object
    self.reason = reason
  }

  public var description: String {
    if let object { "\(file), \(object): \(reason)" } else { "\(file): \(reason)" }
  }
}
