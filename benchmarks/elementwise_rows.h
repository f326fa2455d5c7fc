// The elementwise rows, by name. Each side includes this once, after it has defined elem_add<N> and the like.

#define LENGTHS(NAME, F)                                                  \
  {"elem." NAME ".1000", F<1000>}, {"elem." NAME ".100000", F<100000>}, { \
    "elem." NAME ".10000000", F<10000000>                                 \
  }
constexpr rows::Row elementwise_rows[] = {
    LENGTHS("add", elem_add),
    LENGTHS("mul", elem_mul),
    LENGTHS("copy", elem_copy),
    LENGTHS("relu", elem_relu),
    LENGTHS("sqrt", elem_sqrt),
    LENGTHS("exp", elem_exp),
    LENGTHS("exp_fresh", elem_exp_fresh),
    LENGTHS("log", elem_log),
    LENGTHS("sin", elem_sin),
    LENGTHS("tanh", elem_tanh),
    LENGTHS("erf", elem_erf),
    LENGTHS("pow2.5", elem_pow),
    LENGTHS("sigmoid", elem_sigmoid),
    LENGTHS("silu", elem_silu),
    LENGTHS("gelu_erf", elem_gelu_erf),
    LENGTHS("gelu_tanh", elem_gelu_tanh),
};
#undef LENGTHS
