#ifndef LOCKSTEP_OPENBLAS_SHIM_H
#define LOCKSTEP_OPENBLAS_SHIM_H

#include <cblas.h>

// Debian's OpenBLAS exports LAPACK under its Fortran names without a C header, so the few routines used are declared here.
// The hidden trailing string lengths of the Fortran convention are passed explicitly.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, unsigned long uploLength);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info, unsigned long jobzLength,
             unsigned long uploLength);
void dgesv_(const int *n, const int *nrhs, double *a, const int *lda, int *ipiv, double *b, const int *ldb, int *info);

#endif
