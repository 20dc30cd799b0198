import lightgbm as lgb
import numpy as np
from hyperopt import fmin, hp, space_eval, tpe
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

x, y = load_digits(return_X_y=True)
x, x_valid, y, y_valid = train_test_split(x, y % 2, random_state=0)
train = lgb.Dataset(x, y, params={"feature_pre_filter": False})
valid = lgb.Dataset(x_valid, y_valid, reference=train)


def objective(sampled):
    params = {
        **sampled, "objective": "binary", "metric": "binary_logloss", "bagging_freq": 1, "verbosity": -1,
        "num_threads": 1, "num_leaves": int(sampled["num_leaves"]), "max_depth": int(sampled["max_depth"]),
        "min_data_in_leaf": int(sampled["min_data_in_leaf"]),
    }  # fmt: skip
    model = lgb.train(params, train, 50, valid_sets=[valid])
    return model.best_score["valid_0"]["binary_logloss"]


space = {
    "learning_rate": hp.loguniform("learning_rate", np.log(0.005), np.log(0.5)),
    "num_leaves": hp.qloguniform("num_leaves", np.log(2), np.log(128), 1),
    "max_depth": hp.quniform("max_depth", 2, 12, 1),
    "min_data_in_leaf": hp.qloguniform("min_data_in_leaf", np.log(1), np.log(300), 1),
    "feature_fraction": hp.uniform("feature_fraction", 0.2, 1.0),
    "bagging_fraction": hp.uniform("bagging_fraction", 0.3, 1.0),
    "lambda_l1": hp.loguniform("lambda_l1", np.log(1e-6), np.log(10.0)),
    "lambda_l2": hp.loguniform("lambda_l2", np.log(1e-6), np.log(100.0)),
    "min_gain_to_split": hp.loguniform("min_gain_to_split", np.log(1e-6), np.log(10.0)),
    "boosting": hp.choice("boosting", ["gbdt", "dart"]),
}
best = fmin(objective, space, algo=tpe.suggest, max_evals=10)
print(objective(space_eval(space, best)), space_eval(space, best))
