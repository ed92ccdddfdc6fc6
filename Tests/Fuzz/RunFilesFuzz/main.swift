import Catalogue
import FuzzSupport
import Lab

// The first byte picks the reader, the rest is the file.
fuzz { bytes in
  guard let first = bytes.first else { return }
  let rest = Array(bytes.dropFirst())
  switch (first &- 0x61) % 5 {
  case 0: RunFilesFuzz.checkpoint(rest)
  case 1: RunFilesFuzz.location(rest)
  case 2: CatalogueFuzz.summary(rest)
  case 3: CatalogueFuzz.tags(rest)
  default: CatalogueFuzz.condition(rest)
  }
}
