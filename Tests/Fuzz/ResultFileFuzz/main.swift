import FuzzSupport
import Reporting

// Whatever is read can be checked, hashed and stored again. Metrics are read apart, by the catalogue.
fuzz { bytes in
  if let metrics = try? RunResultFile.readMetrics(bytes: Array(bytes)) {
    precondition(metrics.allSatisfy { $0.value?.isFinite ?? true }, "a metric that is no number")
  }
  guard let run = try? RunResultFile.read(bytes: Array(bytes)) else { return }
  guard (try? run.validate()) != nil else { preconditionFailure("what was read contradicts itself") }
  precondition(run.contentHash().utf8.count == 64)
}
