import lightgbm as lgb
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from skopt import gp_minimize
from skopt.space import Categorical, Integer, Real
from skopt.utils import use_named_args

x, y = load_digits(return_X_y=True)
x, x_valid, y, y_valid = train_test_split(x, y % 2, random_state=0)
train = lgb.Dataset(x, y, params={"feature_pre_filter": False})
valid = lgb.Dataset(x_valid, y_valid, reference=train)


dimensions = [
    Real(0.005, 0.5, prior="log-uniform", name="learning_rate"),
    Integer(2, 128, prior="log-uniform", name="num_leaves"),
    Integer(2, 12, name="max_depth"),
    Integer(1, 300, prior="log-uniform", name="min_data_in_leaf"),
    Real(0.2, 1.0, name="feature_fraction"),
    Real(0.3, 1.0, name="bagging_fraction"),
    Real(1e-6, 10.0, prior="log-uniform", name="lambda_l1"),
    Real(1e-6, 100.0, prior="log-uniform", name="lambda_l2"),
    Real(1e-6, 10.0, prior="log-uniform", name="min_gain_to_split"),
    Categorical(["gbdt", "dart"], name="boosting"),
]


@use_named_args(dimensions)
def objective(**sampled):
    params = {
        **sampled, "objective": "binary", "metric": "binary_logloss", "bagging_freq": 1, "verbosity": -1,
        "num_threads": 1,
    }  # fmt: skip
    model = lgb.train(params, train, 50, valid_sets=[valid])
    return model.best_score["valid_0"]["binary_logloss"]


result = gp_minimize(objective, dimensions, n_calls=10)
print(result.fun, dict(zip([dimension.name for dimension in dimensions], result.x, strict=True)))
