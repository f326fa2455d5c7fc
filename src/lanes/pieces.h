#pragma once

// Functions of float cut into pieces at half powers of two, each a polynomial around its own centre: no
// division, one table look-up per coefficient. A piece's centre is a float where the function's value is a
// float too (to 2^-11 of its last place), so the constant term costs no accuracy. Minimax fits of our own
// (Remez exchange in 200 bits).

#include "lanes/polynomial.h"

namespace talweg {
namespace {

/// table[index mod 16] for each element.
TALWEG_INLINE Lane<float> look_up(const float (&table)[16], Lane<int32_t> index) {
  Lane<float> out;
#if TALWEG_ISA_AVX512
  out.r[0] =
      _mm512_maskz_permutexvar_ps(static_cast<__mmask16>(-1), (__m512i)index.r[0], _mm512_loadu_ps(table));
#elif TALWEG_ISA_AVX2
  const __m256 low = _mm256_loadu_ps(table), high = _mm256_loadu_ps(table + 8);
  TALWEG_EACH_REGISTER(const __m256i i = (__m256i)index.r[k];
                       out.r[k] = _mm256_blendv_ps(_mm256_permutevar8x32_ps(low, i),
                                                   _mm256_permutevar8x32_ps(high, i),
                                                   (__m256)_mm256_slli_epi32(i, 28)));
#else
  TALWEG_EACH_REGISTER(for (int i = 0; i < register_bytes / 4; ++i) out.r[k][i] = table[index.r[k][i] & 15]);
#endif
  return out;
}

template <class Pieces, int degree>
TALWEG_INLINE Lane<float> piece_horner(Lane<float> u, Lane<int32_t> index) {
  constexpr int last = static_cast<int>(sizeof(Pieces::c) / sizeof(Pieces::c[0])) - 1;
  if constexpr (degree == last) {
    return look_up(Pieces::c[last], index);
  } else {
    return fma(piece_horner<Pieces, degree + 1>(u, index), u, look_up(Pieces::c[degree], index));
  }
}

/// An odd function that is flat from `end` on: pieces [0, 1/8), [1/8, 3/16), [3/16, 1/4) ... of |x|.
template <class Pieces>
TALWEG_INLINE Lane<float> odd_by_pieces(Lane<float> x) {
  const Lane<float> magnitude = lesser(Lane<float>(Pieces::end), abs(x));
  const Lane<int32_t> octave = shift_right_logical(bits(magnitude), 22) - ((Format<float>::bias - 3) * 2 - 1);
  const Lane<int32_t> index = greater(octave, Lane<int32_t>(0));
  const Lane<float> u = magnitude - look_up(Pieces::centre, index);
  // The first piece is x + x (...), the others a constant + u (...).
  const Lane<float> start = where(octave > 0, look_up(Pieces::c[0], index), u);
  return copysign(fma(piece_horner<Pieces, 1>(u, index), u, start), x);
}

// tanh: 2^-27.5 and better; 1 from 9.25 on.
struct TanhPieces {
  static constexpr float end = 9.25f;
  static constexpr float centre[16] = {0x0p0f,         0x1.3ffc0cp-3f, 0x1.bffda6p-3f, 0x1.3ffd5cp-2f,
                                       0x1.c0023cp-2f, 0x1.4003d8p-1f, 0x1.c0081p-1f,  0x1.40015ep0f,
                                       0x1.c003cp0f,   0x1.3ff6bcp1f,  0x1.bfff5cp1f,  0x1.40019cp2f,
                                       0x1.bfe342p2f,  0x1.401f3ep3f,  0x0p0f,         0x0p0f};
  static constexpr float c[8][16] = {
      {0x0p0f, 0x1.3d67ecp-3f, 0x1.b8fac6p-3f, 0x1.35f724p-2f, 0x1.a5747ap-2f, 0x1.1bf728p-1f, 0x1.686a62p-1f,
       0x1.b253p-1f, 0x1.e1fcd4p-1f, 0x1.f92486p-1f, 0x1.ff112ap-1f, 0x1.fff41ap-1f, 0x1.ffffc8p-1f, 0x1p0f,
       0x0p0f, 0x0p0f},
      {0x0p0f, 0x1.f3b3acp-1f, 0x1.e84308p-1f, 0x1.d1162ep-1f, 0x1.a944f6p-1f, 0x1.6281dp-1f, 0x1.024a5p-1f,
       0x1.1f2278p-2f, 0x1.d21fc6p-4f, 0x1.b3ee2ap-6f, 0x1.dd3c94p-9f, 0x1.7cb6fep-13f, 0x1.bff8b8p-19f,
       0x1.bdd2eap-26f, 0x0p0f, 0x0p0f},
      {0x0p0f, -0x1.35c82ap-3f, -0x1.a488cp-3f, -0x1.199062p-2f, -0x1.5e0ff4p-2f, -0x1.893bc4p-2f,
       -0x1.6ba3d6p-2f, -0x1.e72592p-3f, -0x1.b6ccf8p-4f, -0x1.ae16bcp-6f, -0x1.dc5f24p-9f, -0x1.7d0658p-13f,
       -0x1.c0618ap-19f, 0x1.53ff9ep-25f, 0x0p0f, 0x0p0f},
      {-0x1.555554p-2f, -0x1.352108p-2f, -0x1.183b96p-2f, -0x1.c1a808p-3f, -0x1.16dedep-3f, -0x1.23e2fep-6f,
       0x1.4f24dep-4f, 0x1.bba34ap-4f, 0x1.01b452p-4f, 0x1.1703eap-6f, 0x1.3c6c0ep-9f, 0x1.fbe65cp-14f,
       0x1.2ae22ap-19f, 0x1.493e22p-24f, 0x0p0f, 0x0p0f},
      {0x0p0f, 0x1.8e291cp-4f, 0x1.04dbccp-3f, 0x1.43d1c8p-3f, 0x1.5c26a8p-3f, 0x1.1a64ecp-3f, 0x1.f1e438p-5f,
       -0x1.9c639p-7f, -0x1.81652ap-6f, -0x1.07f468p-7f, -0x1.39ecf6p-10f, -0x1.f4da4p-15f, -0x1.26cc06p-20f,
       0x1.06f63p-24f, 0x0p0f, 0x0p0f},
      {0x1.110d9cp-3f, 0x1.b74cd2p-4f, 0x1.5c1be4p-4f, 0x1.74d598p-5f, -0x1.90fceap-8f, -0x1.c3c27p-5f,
       -0x1.e214ccp-5f, -0x1.3ab2b2p-6f, 0x1.e4ca3ep-9f, 0x1.7741a8p-9f, 0x1.ef0256p-12f, 0x1.90bceap-16f,
       0x1.d84b62p-22f, 0x1.35a9d2p-25f, 0x0p0f, 0x0p0f},
      {0x0p0f, -0x1.acbc78p-5f, -0x1.0b5024p-4f, -0x1.286eb6p-4f, -0x1.f8cbc8p-5f, -0x1.8a0de4p-6f,
       0x1.a8ab62p-7f, 0x1.edeebap-7f, 0x1.118fp-9f, -0x1.6e08a6p-11f, -0x1.49bd68p-13f, -0x1.369602p-17f,
       -0x1.6efd88p-23f, 0x1.6d1286p-27f, 0x0p0f, 0x0p0f},
      {-0x1.b48ee4p-5f, -0x1.2aa47ep-5f, -0x1.6f4eep-6f, -0x1.e2f8a4p-13f, 0x1.702a3cp-6f, 0x1.e35656p-6f,
       0x1.6dbf8ap-7f, -0x1.202e08p-8f, -0x1.026f78p-9f, 0x1.ecb482p-15f, 0x1.5f2fa6p-15f, 0x1.602866p-19f,
       0x1.a052acp-25f, 0x1.db2ca6p-30f, 0x0p0f, 0x0p0f},
  };
};

// erf: 2^-26.6 and better; 1 from 4 on.
struct ErfPieces {
  static constexpr float end = 0x1.fffffep1f;
  static constexpr float centre[16] = {0x0p0f,         0x1.3ffb1p-3f,  0x1.c0028ep-3f, 0x1.3ffda6p-2f,
                                       0x1.c00812p-2f, 0x1.3ff518p-1f, 0x1.c00696p-1f, 0x1.4001f8p0f,
                                       0x1.c0029cp0f,  0x1.4004f4p1f,  0x1.c01f3ep1f,  0x0p0f,
                                       0x0p0f,         0x0p0f,         0x0p0f,         0x0p0f};
  static constexpr float c[8][16] = {
      {0x0p0f, 0x1.66249cp-3f, 0x1.f1936ap-3f, 0x1.5da78cp-2f, 0x1.db0fa2p-2f, 0x1.3f111ap-1f, 0x1.9175bep-1f,
       0x1.d8874cp-1f, 0x1.f92d4ep-1f, 0x1.ffcab4p-1f, 0x1.ffffe8p-1f, 0x0p0f, 0x0p0f, 0x0p0f, 0x0p0f,
       0x0p0f},
      {0x1.06eba8p-3f, 0x1.19e62p0f, 0x1.135e0ap0f, 0x1.05fdap0f, 0x1.dd1332p-1f, 0x1.86f3d2p-1f,
       0x1.0ca556p-1f, 0x1.e45bep-3f, 0x1.b045c4p-5f, 0x1.1d4de2p-9f, 0x1.67aa5ap-18f, 0x0p0f, 0x0p0f, 0x0p0f,
       0x0p0f, 0x0p0f},
      {0x0p0f, -0x1.605a38p-3f, -0x1.e1e75p-3f, -0x1.477a9ep-2f, -0x1.a1785p-2f, -0x1.e8a01ep-2f,
       -0x1.d6284p-2f, -0x1.2ebb6p-2f, -0x1.7a3f34p-4f, -0x1.649106p-8f, -0x1.3d6b0ap-16f, 0x0p0f, 0x0p0f,
       0x0p0f, 0x0p0f, 0x0p0f},
      {-0x1.812746p-2f, -0x1.6583cp-2f, -0x1.4c0452p-2f, -0x1.19191ep-2f, -0x1.888f06p-3f, -0x1.c88b88p-5f,
       0x1.7cb524p-4f, 0x1.571cc6p-3f, 0x1.7140e2p-4f, 0x1.115ba6p-7f, 0x1.6221c8p-15f, 0x0p0f, 0x0p0f,
       0x0p0f, 0x0p0f, 0x0p0f},
      {0x0p0f, 0x1.5a9e4p-4f, 0x1.d28796p-4f, 0x1.3228d8p-3f, 0x1.6c30fp-3f, 0x1.6968b2p-3f, 0x1.cc4f36p-4f,
       -0x1.9254aep-8f, -0x1.8a11c6p-5f, -0x1.1b22cep-7f, -0x1.0e88cap-14f, 0x0p0f, 0x0p0f, 0x0p0f, 0x0p0f,
       0x0p0f},
      {0x1.ce2d78p-4f, 0x1.975af8p-4f, 0x1.65991cp-4f, 0x1.04c812p-4f, 0x1.b03e1p-6f, -0x1.c0bebap-6f,
       -0x1.1352c4p-4f, -0x1.82934ap-5f, 0x1.b1cda4p-8f, 0x1.92e4d2p-8f, 0x1.4d7becp-14f, 0x0p0f, 0x0p0f,
       0x0p0f, 0x0p0f, 0x0p0f},
      {0x0p0f, -0x1.c65e5cp-6f, -0x1.2cd31cp-5f, -0x1.7c34eep-5f, -0x1.a34a0cp-5f, -0x1.510e64p-5f,
       -0x1.556372p-7f, 0x1.517a9ep-6f, 0x1.287824p-7f, -0x1.5c031ap-9f, -0x1.8f4ea8p-14f, 0x0p0f, 0x0p0f,
       0x0p0f, 0x0p0f, 0x0p0f},
      {-0x1.b58276p-6f, -0x1.6fd66cp-6f, -0x1.2f249ap-6f, -0x1.6a50dep-7f, 0x1.2a1eb8p-14f, 0x1.c10cp-7f,
       0x1.2ec09ap-6f, 0x1.f2b6d6p-9f, -0x1.8408ecp-8f, 0x1.968a7cp-12f, 0x1.1ca64ap-14f, 0x0p0f, 0x0p0f,
       0x0p0f, 0x0p0f, 0x0p0f},
  };
};

} // namespace
} // namespace talweg
